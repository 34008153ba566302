package io.fraudstream.config;

import io.fraudstream.job.FlinkSettings;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.TransactionCodec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

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
                        topics.prefix() + "fraudstream",
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
                        job.storeEvents() ? settings.store().uri().toString() : null);
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
