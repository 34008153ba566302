package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The segments that an event belongs to, in words: its amount band, entry mode, presence of the
 * card, country and merchant category, as far as they are known.
 */
final class Segments {
    /** In minor units of the base currency. */
    private static final long[] BANDS = {1_000, 5_000, 20_000};

    private final FeatureSchema schema;
    private final int amount;

    Segments(FeatureSchema schema) {
        this.schema = schema;
        this.amount = schema.indexOf("amount");
    }

    List<String> of(Attributes attributes) {
        List<String> names = new ArrayList<>();
        names.add("amount " + band(attributes.amountMinor()));
        if (attributes.entryMode() != null) {
            names.add("entry mode " + attributes.entryMode().name().toLowerCase(Locale.ROOT));
            names.add(attributes.entryMode().isRemote() ? "card not present" : "card present");
        }
        if (attributes.country() != null) {
            names.add("country " + attributes.country());
        }
        if (attributes.mcc() != null) {
            names.add("merchant category " + attributes.mcc());
        }
        return names;
    }

    private String band(long amountMinor) {
        for (long upper : BANDS) {
            if (amountMinor < upper) {
                return "below " + schema.words(amount, upper);
            }
        }
        return "from " + schema.words(amount, BANDS[BANDS.length - 1]);
    }
}
