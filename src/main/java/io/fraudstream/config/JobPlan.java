package io.fraudstream.config;

import io.fraudstream.job.FlinkSettings;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.OutputFormat;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.kafka.SchemaRegistry;
import io.fraudstream.kafka.SchemaRegistryException;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What the job needs, worked out from the settings. */
public record JobPlan(KafkaSettings kafka, JobSettings job, FlinkSettings flink, Codecs codecs) {

    /**
     * Puts the job's parts together.
     *
     * @param start where to read from without a checkpoint
     * @param endOffsets where a run until the present ends stops; empty for a run without end
     * @param champion the bundle that serves, whatever is promoted; {@code null} to follow the
     *     promotions on the models topic
     * @param webPort of Flink's web interface, or -1 for none
     * @throws SettingsException if a key that bundles must be signed by can't be used
     */
    public static JobPlan of(
            Settings settings,
            CodecParts parts,
            KafkaSettings.Start start,
            Map<String, Map<Integer, Long>> endOffsets,
            ModelPointer champion,
            int webPort)
            throws SettingsException {
        TopicNames topics = new TopicNames(settings.kafka().topicPrefix());
        Settings.Job job = settings.job();
        KafkaSettings kafka =
                new KafkaSettings(
                        settings.kafka().bootstrapServers(),
                        settings.kafka().properties(),
                        topics.prefix() + settings.kafka().groupId(),
                        start,
                        endOffsets,
                        topics.transactions(),
                        topics.labels(),
                        topics.models(),
                        topics.alerts(),
                        topics.rejected(),
                        topics.late(),
                        job.scoredTopic() ? topics.scored() : null,
                        job.delivery() == Settings.Delivery.EXACTLY_ONCE,
                        job.storeEvents() ? settings.store().uri().toString() : null,
                        new OutputFormat(
                                switch (job.format()) {
                                    case JSON -> OutputFormat.Encoding.JSON;
                                    case JSON_SCHEMA -> OutputFormat.Encoding.JSON_SCHEMA;
                                    case AVRO -> OutputFormat.Encoding.AVRO;
                                },
                                OutputFormat.NO_ID,
                                OutputFormat.NO_ID,
                                job.cloudEvents()));
        OrderMode order =
                switch (job.order()) {
                    case ARRIVAL -> OrderMode.ARRIVAL;
                    case EVENT_TIME -> OrderMode.EVENT_TIME;
                };
        LatePolicy late =
                switch (job.lateEvents()) {
                    case SCORE -> LatePolicy.SCORE;
                    case DIVERT -> LatePolicy.DIVERT;
                };
        JobSettings jobSettings =
                new JobSettings(
                        order,
                        late,
                        job.outOfOrderness(),
                        job.idleness(),
                        job.dedupeHorizon(),
                        JobSettings.MAX_EVENTS_PER_HISTORY,
                        job.historyCacheMb(),
                        champion,
                        List.of(),
                        order == OrderMode.ARRIVAL,
                        champion == null,
                        settings.registry().trustedKeys(),
                        settings.training().alertsPerDay());
        FlinkSettings flink =
                new FlinkSettings(
                        job.parallelism(),
                        job.maxParallelism(),
                        job.checkpointInterval(),
                        job.checkpointUri(),
                        job.stateBackend() == Settings.StateBackend.ROCKSDB,
                        webPort,
                        settings.flink());
        return new JobPlan(kafka, jobSettings, flink, new SettingsCodecs(parts, Clock.systemUTC()));
    }

    /**
     * The plan with the ids of the schemas that its records are written by. That is all that the
     * job knows of them; where records are plain JSON, no registry is asked.
     *
     * @param environment usually {@code System.getenv()}
     * @param told once, where the registry does not answer at first
     * @throws SettingsException if the registry's credentials are not where the settings say
     * @throws SchemaRegistryException if the registry does not answer, or knows no such schema
     */
    public JobPlan withSchemas(
            Settings settings, Map<String, String> environment, Consumer<String> told)
            throws SettingsException, SchemaRegistryException, InterruptedException {
        Settings.Format format = settings.job().format();
        if (format == Settings.Format.JSON) {
            return this;
        }
        SchemaRegistry registry = settings.kafka().openRegistry(environment).orElseThrow();
        OutputFormat output =
                kafka.output()
                        .withSchemas(
                                idOf(registry, kafka.alertsTopic(), "alert-v1", settings, told),
                                kafka.scoredTopic() == null
                                        ? OutputFormat.NO_ID
                                        : idOf(
                                                registry,
                                                kafka.scoredTopic(),
                                                "scored-transaction-v1",
                                                settings,
                                                told));
        return new JobPlan(kafka.withOutput(output), job, flink, codecs);
    }

    private static int idOf(
            SchemaRegistry registry,
            String topic,
            String name,
            Settings settings,
            Consumer<String> told)
            throws SchemaRegistryException, InterruptedException {
        boolean avro = settings.job().format() == Settings.Format.AVRO;
        return registry.idOf(
                topic + "-value",
                avro ? SchemaRegistry.Kind.AVRO : SchemaRegistry.Kind.JSON,
                published(name + (avro ? ".avsc" : ".schema.json")),
                settings.job().registerSchemas(),
                SchemaRegistry.PATIENCE,
                told);
    }

    /** A file of {@code schemas/}. */
    private static String published(String file) {
        try (InputStream in = JobPlan.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Codecs for a recording, which depend on no clock: a record counts as received at its own
     * timestamp, whenever it is replayed.
     */
    public static Codecs recordedCodecs(CodecParts parts) {
        return new SettingsCodecs(
                parts, Clock.fixed(Instant.parse("9999-12-31T23:59:59Z"), ZoneOffset.UTC));
    }

    private record SettingsCodecs(CodecParts parts, Clock clock) implements Codecs {
        private static final long serialVersionUID = 1L;

        @Override
        public TransactionCodec transactions() {
            return parts.transactionCodec(clock);
        }

        @Override
        public LabelCodec labels() {
            return parts.labelCodec(clock);
        }

        @Override
        public ExchangeRates rates() {
            return parts.rates();
        }
    }
}
