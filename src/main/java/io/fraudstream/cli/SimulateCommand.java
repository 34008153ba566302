package io.fraudstream.cli;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.SimulationSettings;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.TransactionCodec;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a simulated stream as JSON lines. */
@Command(
        name = "simulate",
        description = {
            "Writes a simulated stream of transactions as JSON lines.",
            "Each has the fields of the wire and the truth: fraud (true or false) and known_at"
                + " (milliseconds since the epoch, for frauds that are reported). The same options"
                + " give the same lines on every machine. Replay them with"
                + " config/mappings/wire.yaml."
        },
        footer = "  fraudstream simulate stream.jsonl.gz --seed 7 --cards 5000 --duration 30d")
final class SimulateCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            description = "Where to write: compressed if it ends in .gz; - for standard output.")
    private String target;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Of all randomness (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--cards",
            paramLabel = "N",
            defaultValue = "5000",
            description = "How many cards (default: ${DEFAULT-VALUE}).")
    private int cards;

    @Option(
            names = "--terminals",
            paramLabel = "N",
            defaultValue = "2000",
            description = "How many terminals (default: ${DEFAULT-VALUE}).")
    private int terminals;

    @Option(
            names = "--start",
            paramLabel = "DATE",
            defaultValue = "2026-01-01",
            description = "The first day, UTC (default: ${DEFAULT-VALUE}).")
    private LocalDate start;

    @Option(
            names = "--duration",
            paramLabel = "DURATION",
            defaultValue = "30d",
            converter = TopicsCommand.DurationConverter.class,
            description = "How much event time (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(
            names = "--per-day",
            paramLabel = "N",
            defaultValue = "2",
            description = "Transactions of a card on an average day (default: ${DEFAULT-VALUE}).")
    private double perDay;

    @Option(
            names = "--fraud-intensity",
            paramLabel = "X",
            defaultValue = "1",
            description =
                    "About how many transactions in a hundred are fraud (default:"
                            + " ${DEFAULT-VALUE}).")
    private double fraudIntensity;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        SimulationSettings settings;
        try {
            settings =
                    new SimulationSettings(
                            seed,
                            cards,
                            terminals,
                            start.atStartOfDay().toInstant(ZoneOffset.UTC),
                            duration,
                            perDay,
                            fraudIntensity);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        long written = 0;
        long frauds = 0;
        try (OutputStream out = open();
                JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
            json.setRootValueSeparator(new SerializedString("\n"));
            TransactionSimulator simulator =
                    new TransactionSimulator(settings, TransactionSimulator.roughRates());
            while (simulator.hasNext()) {
                SimulatedTransaction simulated = simulator.next();
                write(json, simulated);
                written++;
                frauds += simulated.isFraud() ? 1 : 0;
            }
            json.writeRaw('\n');
        }
        spec.commandLine()
                .getErr()
                .printf(
                        Locale.ROOT,
                        "Wrote %,d transactions, %,d of them fraud.%n",
                        written,
                        frauds)
                .flush();
        return 0;
    }

    private static void write(JsonGenerator json, SimulatedTransaction simulated)
            throws IOException {
        json.writeStartObject();
        TransactionCodec.writeFields(json, simulated.transaction());
        json.writeBooleanField("fraud", simulated.isFraud());
        if (simulated.isReported()) {
            json.writeNumberField("known_at", simulated.knownAt());
        }
        json.writeEndObject();
    }

    private OutputStream open() throws IOException {
        if (target.equals("-")) {
            return new BufferedOutputStream(new KeptOpen(System.out), 1 << 16);
        }
        Path file = Path.of(target);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        return target.endsWith(".gz") ? new GZIPOutputStream(out, 1 << 16) : out;
    }

    /** Standard output, which is not ours to close. */
    private static final class KeptOpen extends FilterOutputStream {
        KeptOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
