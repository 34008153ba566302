package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleException;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.Why;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that decides about a model and tells the running job. */
final class DecisionOptions {
    private final Clock clock = Clock.systemUTC();

    @Mixin private SettingsOptions options;

    @Option(
            names = "--effective-from",
            paramLabel = "INSTANT",
            description =
                    "Event time from which it holds in event-time order (default: now). In arrival"
                            + " order it holds at once.")
    private Instant effectiveFrom;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why, for the log; may be repeated.")
    private List<String> reasons = new ArrayList<>();

    /** One decision of the registry. */
    @FunctionalInterface
    interface Decision {
        ModelPointer decide(ModelRegistry registry, long effectiveFrom, Why why)
                throws IOException, BundleException;
    }

    /**
     * Decides and announces it; nothing is decided where there is no topic to announce it on.
     *
     * @return what was decided, in a few words that end in a full stop
     */
    String announce(String what, Decision decision)
            throws SettingsException, IOException, BundleException {
        Settings settings = options.settings();
        Settings.Kafka kafka = settings.kafka();
        TopicNames names = SettingsOptions.names(kafka);
        try (Topics topics = SettingsOptions.topics(kafka)) {
            topics.require(names.models());
        }
        Instant from = effectiveFrom == null ? clock.instant() : effectiveFrom;
        ModelPointer pointer =
                decision.decide(
                        settings.registry().open(clock),
                        from.toEpochMilli(),
                        new Why(System.getProperty("user.name"), reasons));
        try {
            new PointerTopic(kafka.bootstrapServers(), names.models(), kafka.properties())
                    .announce(pointer);
        } catch (RuntimeException unreachable) {
            throw new IOException(
                    "decision "
                            + pointer.number()
                            + " stands in the registry and was not announced, repeat the command: "
                            + unreachable.getMessage(),
                    unreachable);
        }
        return what
                + " "
                + pointer.bundleId()
                + " as "
                + pointer.slot()
                + ", decision "
                + pointer.number()
                + ", effective from "
                + from
                + ", announced on "
                + names.models()
                + ".";
    }
}
