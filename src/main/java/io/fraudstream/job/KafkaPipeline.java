package io.fraudstream.job;

import io.fraudstream.job.kafka.BrokerPatience;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.kafka.KafkaKeys;
import io.fraudstream.job.kafka.PartitionSource;
import io.fraudstream.job.kafka.PointerDeserializer;
import io.fraudstream.job.kafka.PointersInTopic;
import io.fraudstream.job.kafka.ReceivedDeserializer;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.kafka.RecordWriter;
import io.fraudstream.job.kafka.ReplayingSink;
import io.fraudstream.job.kafka.ScoredRecords;
import io.fraudstream.job.kafka.TraceHeaders;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Received;
import io.fraudstream.job.store.EventStore;
import io.fraudstream.transaction.LateTransactionCodec;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Puts {@link FraudPipeline} between Kafka topics and the event store. */
public final class KafkaPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaPipeline.class);

    // A record crosses three shuffles, each of which would wait so long.
    private static final Duration LIVE_BUFFER_TIMEOUT = Duration.ofMillis(1);
    private static final Duration REPLAY_BUFFER_TIMEOUT = Duration.ofMillis(100);

    /**
     * What comes one at a time waits for no company (Kafka's own default is 5 ms), and gains
     * nothing from compression, which costs more to set up than an alert to write.
     */
    private static final Map<String, String> AT_ONCE =
            Map.of("linger.ms", "0", "compression.type", "none");

    private static final Map<String, String> IN_BATCHES = Map.of("compression.type", "lz4");

    private KafkaPipeline() {}

    /** Adds the job to the environment; {@code env.executeAsync} then starts it. */
    public static void build(
            StreamExecutionEnvironment env,
            KafkaSettings kafka,
            JobSettings settings,
            Codecs codecs) {
        build(env, kafka, settings, codecs, FraudPipeline::build);
    }

    /** The same with another workflow between sources and sinks. */
    static void build(
            StreamExecutionEnvironment env,
            KafkaSettings kafka,
            JobSettings settings,
            Codecs codecs,
            FraudPipeline.Topology topology) {
        tellLineage(kafka, settings);
        DataStream<Received> transactions =
                env.fromSource(
                                source(
                                        kafka,
                                        kafka.transactionsTopic(),
                                        ReceivedDeserializer.transactions(
                                                codecs, ends(kafka, kafka.transactionsTopic()))),
                                watermarks(kafka, settings),
                                "Transactions",
                                JobTypes.RECEIVED)
                        .setParallelism(readers(env, ends(kafka, kafka.transactionsTopic()).size()))
                        .uid(OperatorUids.TRANSACTION_SOURCE);
        DataStream<Received> labels =
                env.fromSource(
                                source(
                                        kafka,
                                        kafka.labelsTopic(),
                                        ReceivedDeserializer.labels(
                                                codecs, ends(kafka, kafka.labelsTopic()))),
                                watermarks(kafka, settings),
                                "Labels",
                                JobTypes.RECEIVED)
                        .setParallelism(readers(env, ends(kafka, kafka.labelsTopic()).size()))
                        .uid(OperatorUids.LABEL_SOURCE);
        DataStream<Announced> pointers =
                env.fromSource(
                                pointerSource(kafka),
                                neverHoldingBack(),
                                "Model pointers",
                                JobTypes.ANNOUNCED)
                        .setParallelism(1)
                        .uid(OperatorUids.POINTER_SOURCE);

        FraudPipeline.Outputs outputs =
                topology.build(transactions, labels, pointers, settings, codecs);

        outputs.alerts()
                .sinkTo(
                        sink(
                                kafka,
                                "alerts",
                                AT_ONCE,
                                ScoredRecords.alerts(kafka.alertsTopic(), kafka.output())))
                .uid(OperatorUids.ALERT_SINK)
                .name("Alerts");
        outputs.rejected()
                .sinkTo(
                        sink(
                                kafka,
                                "rejected",
                                AT_ONCE,
                                new RecordWriter<Rejection>(
                                        kafka.rejectedTopic(),
                                        rejection -> null,
                                        RejectionCodec::encode,
                                        (rejection, headers) ->
                                                TraceHeaders.write(
                                                        rejection.coordinates().trace(), headers))))
                .uid(OperatorUids.REJECTED_SINK)
                .name("Rejected records");
        if (settings.latePolicy() == LatePolicy.DIVERT) {
            outputs.late()
                    .sinkTo(
                            sink(
                                    kafka,
                                    "late",
                                    IN_BATCHES,
                                    new RecordWriter<Admitted>(
                                            kafka.lateTopic(),
                                            late -> late.transaction().cardId(),
                                            KafkaPipeline::encodeLate,
                                            (late, headers) ->
                                                    TraceHeaders.write(late.trace(), headers))))
                    .uid(OperatorUids.LATE_SINK)
                    .name("Late transactions");
        }
        if (kafka.scoredTopic() != null) {
            outputs.scored()
                    .sinkTo(
                            sink(
                                    kafka,
                                    "scored",
                                    IN_BATCHES,
                                    ScoredRecords.scored(kafka.scoredTopic(), kafka.output())))
                    .uid(OperatorUids.SCORED_SINK)
                    .name("Scored transactions");
        }
        if (kafka.storeDirectory() != null) {
            outputs.scored()
                    .sinkTo(EventStore.transactions(kafka.storeDirectory(), codecs))
                    .uid(OperatorUids.EVENT_STORE)
                    .name("Event store");
            outputs.labels()
                    .sinkTo(EventStore.labels(kafka.storeDirectory()))
                    .uid(OperatorUids.LABEL_STORE)
                    .name("Label store");
        }
    }

    /** What the job reads and writes, as fields of their own where logs are JSON. */
    private static void tellLineage(KafkaSettings kafka, JobSettings settings) {
        String at = "kafka://" + kafka.bootstrapServers() + "/";
        String inputs =
                Stream.of(kafka.transactionsTopic(), kafka.labelsTopic(), kafka.modelsTopic())
                        .map(at::concat)
                        .collect(Collectors.joining(" "));
        List<String> written = new ArrayList<>(List.of(kafka.alertsTopic(), kafka.rejectedTopic()));
        if (settings.latePolicy() == LatePolicy.DIVERT) {
            written.add(kafka.lateTopic());
        }
        if (kafka.scoredTopic() != null) {
            written.add(kafka.scoredTopic());
        }
        String outputs =
                Stream.concat(
                                written.stream().map(at::concat),
                                Stream.ofNullable(kafka.storeDirectory()))
                        .collect(Collectors.joining(" "));
        MDC.put("inputs", inputs);
        MDC.put("outputs", outputs);
        try {
            LOG.info("reads {} and writes {}", inputs, outputs);
        } finally {
            MDC.remove("inputs");
            MDC.remove("outputs");
        }
    }

    /**
     * A reader without a partition would hold the watermark back for ever where there is no
     * idleness, which is where the partitions are known.
     *
     * @param partitions 0 where they are not known
     */
    static int readers(StreamExecutionEnvironment env, int partitions) {
        return partitions == 0 ? env.getParallelism() : Math.min(env.getParallelism(), partitions);
    }

    /**
     * Runs the job on the cluster that this process was submitted to, whose own settings stand but
     * for what the job's correctness rests on.
     *
     * @throws Exception what Flink throws if the job cannot be started or fails
     */
    public static void executeOnCluster(
            KafkaSettings kafka, JobSettings settings, FlinkSettings flink, Codecs codecs)
            throws Exception {
        BrokerPatience.await(
                kafka.bootstrapServers(), kafka.properties(), BrokerPatience.PATIENCE, LOG::warn);
        Configuration configuration = new Configuration();
        demand(configuration, flink, settings.order());
        flink.extra().forEach(configuration::setString);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        build(env, kafka, withAnnounced(kafka, settings), codecs);
        env.execute("Fraudstream");
    }

    /** The settings with what the models topic holds now, where the job is to follow it. */
    static JobSettings withAnnounced(KafkaSettings kafka, JobSettings settings) {
        return settings.followsPromotions()
                ? settings.withAnnounced(PointersInTopic.read(kafka))
                : settings;
    }

    /**
     * What must hold wherever the job runs: explicit types and uids, a maximum parallelism for
     * life, and no waiting for company between operators where events are scored at once.
     */
    static void demand(Configuration configuration, FlinkSettings flink, OrderMode order) {
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.MAX_PARALLELISM, flink.maxParallelism());
        configuration.set(
                ExecutionOptions.BUFFER_TIMEOUT,
                order == OrderMode.ARRIVAL ? LIVE_BUFFER_TIMEOUT : REPLAY_BUFFER_TIMEOUT);
    }

    private static Map<Integer, Long> ends(KafkaSettings kafka, String topic) {
        return kafka.endOffsets().getOrDefault(topic, Map.of());
    }

    private static WatermarkStrategy<Received> watermarks(
            KafkaSettings kafka, JobSettings settings) {
        return kafka.runsUntilEnd()
                ? ReceivedWatermarks.untilEnd(settings.outOfOrderness())
                : ReceivedWatermarks.live(settings.outOfOrderness(), settings.idleness());
    }

    private static PartitionSource source(
            KafkaSettings kafka, String topic, ReceivedDeserializer deserializer) {
        OffsetsInitializer start =
                switch (kafka.start().kind()) {
                    case EARLIEST -> new FirstOffsets();
                    case LATEST -> OffsetsInitializer.latest();
                    case TIMESTAMP -> OffsetsInitializer.timestamp(kafka.start().timestamp());
                };
        KafkaSource<Received> source =
                KafkaSource.<Received>builder()
                        .setBootstrapServers(kafka.bootstrapServers())
                        .setProperties(properties(kafka))
                        .setGroupId(kafka.groupId())
                        .setTopics(topic)
                        .setStartingOffsets(start)
                        .setDeserializer(deserializer)
                        .build();
        return new PartitionSource(source, ends(kafka, topic));
    }

    /** The earliest offsets as numbers, which can be compared with where a run ends. */
    private static final class FirstOffsets implements OffsetsInitializer {
        private static final long serialVersionUID = 1L;

        @Override
        public Map<TopicPartition, Long> getPartitionOffsets(
                Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
            return retriever.beginningOffsets(partitions);
        }

        // Flink's interface still asks for it.
        @SuppressWarnings("deprecation")
        @Override
        public OffsetResetStrategy getAutoOffsetResetStrategy() {
            return OffsetResetStrategy.EARLIEST;
        }
    }

    private static KafkaSource<Announced> pointerSource(KafkaSettings kafka) {
        return KafkaSource.<Announced>builder()
                .setBootstrapServers(kafka.bootstrapServers())
                .setProperties(properties(kafka))
                .setGroupId(kafka.groupId())
                .setTopics(kafka.modelsTopic())
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new PointerDeserializer())
                .build();
    }

    private static <T> Sink<T> sink(
            KafkaSettings kafka, String name, Map<String, String> sending, RecordWriter<T> writer) {
        Properties properties = properties(kafka);
        properties.putIfAbsent(
                KafkaKeys.TRANSACTION_TIMEOUT,
                Long.toString(KafkaKeys.transactionTimeout(kafka.properties()).toMillis()));
        sending.forEach(properties::putIfAbsent);
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        if (kafka.exactlyOnce()) {
            return new ReplayingSink<>(properties, kafka.groupId() + "-" + name, writer);
        }
        return KafkaSink.<T>builder()
                .setKafkaProducerConfig(properties)
                .setRecordSerializer(writer)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .build();
    }

    private static byte[] encodeLate(Admitted late) {
        return LateTransactionCodec.encode(
                late.transaction(),
                late.orderTime(),
                late.partition(),
                late.offset(),
                late.receivedAt());
    }

    private static Properties properties(KafkaSettings kafka) {
        Properties properties = new Properties();
        properties.putAll(kafka.properties());
        return properties;
    }

    /** Pointers have no event time of their own, so theirs is always over. */
    static WatermarkStrategy<Announced> neverHoldingBack() {
        return WatermarkStrategy.forGenerator(
                context ->
                        new WatermarkGenerator<Announced>() {
                            @Override
                            public void onEvent(
                                    Announced pointer, long timestamp, WatermarkOutput output) {
                                output.emitWatermark(new Watermark(ReceivedWatermarks.END_OF_RUN));
                            }

                            @Override
                            public void onPeriodicEmit(WatermarkOutput output) {
                                output.emitWatermark(new Watermark(ReceivedWatermarks.END_OF_RUN));
                            }
                        });
    }
}
