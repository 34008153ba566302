package io.fraudstream.transaction;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Builds codecs, records and seeded random transactions for the tests of this package. */
final class Records {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final Coordinates HERE = new Coordinates("transactions", 3, 17, NOW.toEpochMilli());
    static final ExchangeRates RATES =
            new ExchangeRates(
                    "test",
                    "EUR",
                    Map.of(
                            "USD", new BigDecimal("0.5"),
                            "JPY", new BigDecimal("0.01"),
                            "KWD", new BigDecimal("3")));
    static final DecodingLimits LIMITS =
            new DecodingLimits(4096, 1_000_000_00L, Duration.ofHours(1));
    private static final List<EntryMode> ENTRY_MODES = List.of(EntryMode.values());
    private static final String[] CURRENCIES = {"EUR", "USD", "JPY", "KWD"};

    private Records() {}

    static TransactionCodec transactions(CardTokenPolicy policy) {
        return new TransactionCodec(LIMITS, RATES, policy, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    static LabelCodec labels(CardTokenPolicy policy) {
        return new LabelCodec(LIMITS, policy, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    static Transaction random(Random random, int number) {
        boolean reversal = random.nextInt(10) == 0;
        long amount = random.nextInt(1_000_00);
        String currency = CURRENCIES[random.nextInt(CURRENCIES.length)];
        boolean place = random.nextBoolean();
        MessageType[] types = {
            MessageType.AUTHORIZATION, MessageType.FINANCIAL, MessageType.ADVICE
        };
        return new Transaction(
                "t-" + number + "-\u00e9\u4e2d\ud83d\ude00\"\\",
                NOW.toEpochMilli() - random.nextInt(1_000_000_000),
                "c" + random.nextInt(1000),
                reversal && random.nextBoolean() ? -amount : amount,
                currency,
                RATES.toBaseMinor(amount, currency),
                maybe(random, "term" + random.nextInt(100)),
                maybe(random, "m" + random.nextInt(100)),
                maybe(random, String.format("%04d", random.nextInt(10_000))),
                maybe(random, "PT"),
                random.nextBoolean() ? ENTRY_MODES.get(random.nextInt(ENTRY_MODES.size())) : null,
                place ? random.nextDouble() * 180 - 90 : Double.NaN,
                place ? random.nextDouble() * 360 - 180 : Double.NaN,
                maybe(random, "device"),
                maybe(random, "05"),
                reversal ? MessageType.REVERSAL : types[random.nextInt(types.length)],
                reversal ? "original" : maybe(random, "other"));
    }

    private static String maybe(Random random, String text) {
        return random.nextBoolean() ? text : null;
    }
}
