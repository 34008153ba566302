package io.fraudstream.recording;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.model.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One event of a {@linkplain CanonicalOutput canonical output}: a line of fields with tabs between,
 * whose order by bytes is that of (event time, id). Numbers that are not whole stand as the 16 or 8
 * hexadecimal digits of their bits (IEEE 754, every NaN as the one that Java gives), so that a line
 * depends on nobody's way of printing them.
 *
 * @param eventTime ISO 8601, UTC, milliseconds
 * @param id of the transaction; backslashes and control characters escaped
 * @param score bits; those of NaN in observe mode
 * @param bundle that scored, or {@code -}
 * @param decision as on the wire
 * @param flags {@code late}, {@code approximate}, both with a comma between, or {@code -}
 * @param amount magnitude in minor units of the base currency
 * @param reasons of an alert, the strongest first
 * @param features bits, in the order of the header's names
 */
public record CanonicalEvent(
        String eventTime,
        String id,
        long score,
        String bundle,
        String decision,
        String flags,
        long amount,
        List<String> reasons,
        String features) {
    static final int FIELDS = 9;

    private static final int FEATURE_DIGITS = Float.BYTES * 2;
    private static final String NOTHING = "-";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    public CanonicalEvent {
        reasons = List.copyOf(reasons);
    }

    /** The line of an event, without its end. */
    public static byte[] line(ScoredTransaction scored) {
        StringBuilder line = new StringBuilder(1024);
        line.append(TIME.format(Instant.ofEpochMilli(scored.transaction().eventTime())));
        line.append('\t');
        escape(scored.transaction().id(), line);
        line.append('\t').append(bits(scored.score()));
        line.append('\t').append(scored.bundleId() == null ? NOTHING : scored.bundleId());
        line.append('\t').append(scored.decision().wireName());
        line.append('\t').append(flags(scored));
        line.append('\t').append(scored.transaction().baseAmountMinor());
        line.append('\t');
        String between = "";
        for (Reason reason : scored.reasons()) {
            line.append(between).append(reason.feature());
            line.append(':').append(bits(reason.value()));
            line.append(':').append(bits(reason.usual()));
            line.append(':').append(bits(reason.contribution()));
            between = ",";
        }
        if (scored.reasons().isEmpty()) {
            line.append(NOTHING);
        }
        line.append('\t');
        for (float feature : scored.features()) {
            hex(Float.floatToIntBits(feature), FEATURE_DIGITS, line);
        }
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a line back.
     *
     * @throws IllegalArgumentException if it is none of an event
     */
    static CanonicalEvent parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException(
                    "a line has " + fields.length + " fields, expected " + FIELDS);
        }
        return new CanonicalEvent(
                fields[0],
                fields[1],
                Long.parseUnsignedLong(fields[2], 16),
                fields[3],
                fields[4],
                fields[5],
                Long.parseLong(fields[6]),
                fields[7].equals(NOTHING) ? List.of() : List.of(fields[7].split(",")),
                fields[8]);
    }

    public boolean isAlert() {
        return decision.equals(Decision.ALERT.wireName());
    }

    /** The calibrated score; NaN in observe mode. */
    public double scoreValue() {
        return Double.longBitsToDouble(score);
    }

    /** The names of the features that are the reasons, the strongest first. */
    public List<String> reasonNames() {
        List<String> names = new ArrayList<>();
        for (String reason : reasons) {
            names.add(reason.substring(0, reason.indexOf(':')));
        }
        return names;
    }

    /** The bits of a feature, as digits. */
    String feature(int index) {
        return features.substring(index * FEATURE_DIGITS, (index + 1) * FEATURE_DIGITS);
    }

    private static String flags(ScoredTransaction scored) {
        if (scored.scoredLate()) {
            return scored.approximate() ? "late,approximate" : "late";
        }
        return scored.approximate() ? "approximate" : NOTHING;
    }

    private static String bits(double value) {
        StringBuilder digits = new StringBuilder();
        hex(Double.doubleToLongBits(value), Double.BYTES * 2, digits);
        return digits.toString();
    }

    private static void hex(long bits, int digits, StringBuilder out) {
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            out.append(Character.forDigit((int) (bits >>> shift) & 0xf, 16));
        }
    }

    /** Nothing below a space is left, so that the end of an id sorts before all that may follow. */
    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                out.append("\\u");
                hex(c, 4, out);
            } else if (c == '\\') {
                out.append("\\\\");
            } else {
                out.append(c);
            }
        }
    }
}
