package io.fraudstream.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The wire's JSON by {@link TransactionCodec}, which checks every field, beside plain data binding
 * by Jackson, which checks none.
 */
final class CodecSection implements Section {
    private static final int CARDS = 2_000;
    private static final int DAYS = 7;
    private static final int RECORDS = 20_000;
    private static final Coordinates AT = new Coordinates("transactions", 0, 0, 0);

    private static final ObjectMapper BINDING =
            new ObjectMapper()
                    .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /** What data binding makes of a record. */
    record Bound(
            String transactionId,
            long eventTime,
            String cardId,
            long amountMinor,
            String currency,
            String terminalId,
            String merchantId,
            String mcc,
            String country,
            String entryMode,
            Double latitude,
            Double longitude,
            String deviceId,
            String responseCode,
            String messageType,
            String originalTransactionId) {}

    @Override
    public String name() {
        return "codec";
    }

    @Override
    public String description() {
        return "decoding and encoding JSON, against Jackson's data binding";
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        Workload workload = Workload.of(CARDS, DAYS);
        TransactionCodec codec = workload.parts().transactionCodec(Clock.systemUTC());
        Transaction[] transactions =
                workload.transactions().subList(0, RECORDS).toArray(Transaction[]::new);
        byte[][] payloads = new byte[RECORDS][];
        Bound[] bound = new Bound[RECORDS];
        long bytes = 0;
        for (int i = 0; i < RECORDS; i++) {
            payloads[i] = TransactionCodec.encode(transactions[i]);
            bound[i] = BINDING.readValue(payloads[i], Bound.class);
            bytes += payloads[i].length;
        }
        long repetitions = settings.amount(800_000, 200_000);
        Map<String, Runnable> works = new LinkedHashMap<>();
        works.put("decode", repeat(repetitions, i -> codec.decode(payloads[i], AT)));
        works.put("jacksonDecode", repeat(repetitions, i -> read(payloads[i])));
        works.put("encode", repeat(repetitions, i -> TransactionCodec.encode(transactions[i])));
        works.put("jacksonEncode", repeat(repetitions, i -> written(bound[i])));

        works.values().forEach(Runnable::run);
        Map<String, Callable<Double>> measurements = new LinkedHashMap<>();
        works.forEach(
                (name, work) -> measurements.put(name, () -> Rounds.nanosEach(repetitions, work)));
        Map<String, double[]> nanos = Rounds.takeTurns(settings.rounds(), measurements);

        findings.put("bytesPerRecord", (double) bytes / RECORDS);
        findings.row("", "nanoseconds", "of Jackson's", "bytes allocated", "Jackson's");
        for (String direction : new String[] {"decode", "encode"}) {
            String peer =
                    "jackson"
                            + direction.substring(0, 1).toUpperCase(Locale.ROOT)
                            + direction.substring(1);
            Spread own = Spread.of(nanos.get(direction));
            Spread others = Spread.of(nanos.get(peer));
            Spread ratio = Spread.ofRatios(nanos.get(direction), nanos.get(peer));
            double allocated = Rounds.bytesEach(repetitions, works.get(direction));
            double allocatedByPeer = Rounds.bytesEach(repetitions, works.get(peer));
            findings.under(direction)
                    .put("nanos", own)
                    .put("jacksonNanos", others)
                    .put("ratio", ratio)
                    .put("eventsPerSecond", 1e9 / own.median())
                    .put("allocatedBytes", allocated)
                    .put("jacksonAllocatedBytes", allocatedByPeer);
            findings.row(
                    direction,
                    String.format(Locale.ROOT, "%.0f", own.median()),
                    String.format(
                            Locale.ROOT,
                            "%.2f (%.2f to %.2f)",
                            ratio.median(),
                            ratio.min(),
                            ratio.max()),
                    String.format(Locale.ROOT, "%.0f", allocated),
                    String.format(Locale.ROOT, "%.0f", allocatedByPeer));
        }
    }

    @FunctionalInterface
    private interface Work {
        Object on(int record);
    }

    /** What a result weighs is of no use, but it must be made. */
    private static Runnable repeat(long repetitions, Work work) {
        return () -> {
            Object last = null;
            for (long i = 0; i < repetitions; i++) {
                last = work.on((int) (i % RECORDS));
            }
            if (last == null) {
                throw new IllegalStateException("the work gave nothing");
            }
        };
    }

    private static Bound read(byte[] payload) {
        try {
            return BINDING.readValue(payload, Bound.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] written(Bound bound) {
        try {
            return BINDING.writeValueAsBytes(bound);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
