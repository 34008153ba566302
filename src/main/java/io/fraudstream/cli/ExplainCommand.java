package io.fraudstream.cli;

import io.fraudstream.alert.Decision;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.Reason;
import io.fraudstream.model.ReasonCodes;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.training.EventStoreReader;
import io.fraudstream.training.StoredEvent;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows all that is known about one stored event. */
@Command(
        name = "explain",
        description =
                "Shows a stored event: the transaction, its score, the reasons and every feature in"
                        + " words.",
        footer = {
            "  fraudstream explain tx-0000123",
            "  fraudstream explain tx-0000123 --model other.zip"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int REASONS = 5;

    @Mixin private SettingsOptions options;

    @Parameters(paramLabel = "TRANSACTION", description = "The transaction's id.")
    private String transactionId;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "The event store (default: the setting store.directory).")
    private Path store;

    @Option(
            names = "--model",
            paramLabel = "BUNDLE",
            description =
                    "Explain with this bundle (default: the one that scored it, from the"
                            + " registry).")
    private Path bundleFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Settings settings = options.settings();
        CodecParts parts = SettingsOptions.codecParts(settings);
        FeatureSchema schema = new FeatureSchema(parts.rates());
        Path directory = store == null ? Path.of(settings.store().uri()) : store;
        Optional<StoredEvent> found = new EventStoreReader(directory, schema).find(transactionId);
        PrintWriter out = spec.commandLine().getOut();
        if (found.isEmpty()) {
            throw new IllegalStateException(
                    "event store "
                            + directory
                            + " holds no transaction "
                            + transactionId
                            + " with these features; it may not be part of a complete checkpoint"
                            + " yet");
        }
        StoredEvent event = found.get();
        out.println(
                new String(TransactionCodec.encode(event.transaction()), StandardCharsets.UTF_8));
        out.printf("Event time %s%n", Instant.ofEpochMilli(event.transaction().eventTime()));
        printScore(out, event);
        Optional<ModelBundle> bundle = bundle(settings, event);
        if (bundle.isPresent()) {
            explain(out, schema, bundle.get(), event);
        } else {
            out.println("Reasons need a bundle: give --model, or keep the bundle in the registry.");
        }
        out.println("Features:");
        float[] vector = event.row().vector();
        for (int i = 0; i < vector.length; i++) {
            out.printf(
                    "  %-34s %-20s %s%n",
                    schema.specs().get(i).name(),
                    schema.words(i, vector[i]),
                    schema.specs().get(i).words());
        }
        out.flush();
        return Fraudstream.DONE;
    }

    private static void printScore(PrintWriter out, StoredEvent event) {
        if (event.decision().equals(Decision.OBSERVE.wireName())) {
            out.println("Not scored: no model was in service.");
        } else {
            out.printf(
                    Locale.ROOT,
                    "Scored %.6f by bundle %s: %s%s%n",
                    event.score(),
                    event.bundleId(),
                    event.decision(),
                    event.scoredLate() ? ", late" : "");
        }
    }

    private Optional<ModelBundle> bundle(Settings settings, StoredEvent event)
            throws IOException, BundleException, SettingsException {
        if (bundleFile != null) {
            return Optional.of(BundleFormat.read(settings.registry().read(bundleFile)));
        }
        ModelRegistry registry = settings.registry().open(Clock.systemUTC());
        return event.bundleId() == null || !registry.holds(event.bundleId())
                ? Optional.empty()
                : Optional.of(registry.load(event.bundleId()));
    }

    private static void explain(
            PrintWriter out, FeatureSchema schema, ModelBundle bundle, StoredEvent event)
            throws BundleException {
        CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
        float[][] sequence = event.row().sequence();
        out.printf(
                Locale.ROOT,
                "Bundle %s gives %.6f, because of:%n",
                bundle.id(),
                scorer.score(sequence));
        List<Reason> reasons =
                new ReasonCodes(schema, scorer, bundle.usual()).explain(sequence, REASONS);
        if (reasons.isEmpty()) {
            out.println("  nothing that raises the score");
        }
        reasons.forEach(
                reason ->
                        out.printf(
                                Locale.ROOT,
                                "  %+.2f log-odds  %s%n",
                                reason.contribution(),
                                reason.text()));
    }
}
