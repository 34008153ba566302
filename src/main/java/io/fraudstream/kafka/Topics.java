package io.fraudstream.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Creates, lists and deletes the project's topics on a broker. Every method throws a {@link
 * KafkaException} that names the broker if it does not answer.
 */
public final class Topics implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final long RETRY_NANOS = 20_000_000;

    private final String bootstrapServers;
    private final TopicNames names;
    private final Map<String, String> properties;
    private final Admin admin;

    /**
     * What lies in a topic.
     *
     * @param records the sum of end minus first offset over the partitions: an upper bound where
     *     records were compacted away or mark transactions
     */
    public record Size(String topic, int partitions, long records) {}

    /**
     * How new topics are made.
     *
     * @param partitions of each topic but {@code models}, which has one
     * @param replication on how many brokers each partition lies; empty for the broker's default
     * @param retention how long records stay by their timestamp; empty for ever, as replays of old
     *     streams need
     */
    public record Layout(
            int partitions, Optional<Short> replication, Optional<Duration> retention) {
        public static final Layout DEFAULT = new Layout(4, Optional.empty(), Optional.empty());

        public Layout {
            if (partitions < 1) {
                throw new IllegalArgumentException(
                        "partitions is " + partitions + ", expected 1 or more");
            }
        }
    }

    public Topics(String bootstrapServers, TopicNames names) {
        this(bootstrapServers, names, Map.of());
    }

    /**
     * @param properties passed to the client as they are, such as {@code security.protocol}
     */
    public Topics(String bootstrapServers, TopicNames names, Map<String, String> properties) {
        this.bootstrapServers = bootstrapServers;
        this.names = names;
        this.properties = Map.copyOf(properties);
        Map<String, Object> settings = new HashMap<>();
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        settings.putAll(properties);
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        try {
            this.admin = Admin.create(settings);
        } catch (KafkaException unusable) {
            throw failed("connecting", unusable);
        }
    }

    /**
     * Creates those of the seven topics that are not there yet, waits until they take records, and
     * returns their names.
     *
     * <p>The wait matters: a broker announces a partition a moment before it leads it. A producer's
     * first batch is then refused and its second taken, after which the first can never be, being
     * out of sequence.
     */
    public List<String> create(Layout layout) {
        Set<String> present = present();
        List<NewTopic> missing = new ArrayList<>();
        for (String topic : names.all()) {
            if (!present.contains(topic)) {
                missing.add(newTopic(topic, layout));
            }
        }
        patiently(() -> createAbsent(missing), Topics::isFenced);
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (NewTopic topic : missing) {
            for (int partition = 0; partition < topic.numPartitions(); partition++) {
                asked.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
            }
        }
        // Only a partition's leader answers when asked for offsets, and a broker that has not heard
        // of it knows none.
        patiently(
                () -> await(admin.listOffsets(asked).all(), "waiting for new topics"),
                RetriableException.class::isInstance);
        return missing.stream().map(NewTopic::name).toList();
    }

    private void createAbsent(List<NewTopic> topics) {
        Set<String> present = present();
        List<NewTopic> absent =
                topics.stream().filter(topic -> !present.contains(topic.name())).toList();
        await(admin.createTopics(absent).all(), "creating topics");
    }

    /**
     * A broker whose heartbeat came late is given nothing until the next; the controller tells this
     * from too few brokers by its words alone.
     */
    private static boolean isFenced(Throwable failure) {
        return failure instanceof InvalidReplicationFactorException
                && failure.getMessage().contains("fenced");
    }

    /** Tries again what fails for a reason that passes. */
    private static void patiently(Runnable what, Predicate<Throwable> passes) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                what.run();
                return;
            } catch (KafkaException notYet) {
                if (!passes.test(notYet.getCause()) || System.nanoTime() > deadline) {
                    throw notYet;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private NewTopic newTopic(String topic, Layout layout) {
        if (topic.equals(names.models())) {
            // Compaction keeps the last pointer of each slot, in the one order that all readers
            // see.
            return new NewTopic(topic, Optional.of(1), layout.replication())
                    .configs(
                            Map.of(
                                    TopicConfig.CLEANUP_POLICY_CONFIG,
                                    TopicConfig.CLEANUP_POLICY_COMPACT));
        }
        long millis = layout.retention().map(Duration::toMillis).orElse(-1L);
        return new NewTopic(topic, Optional.of(layout.partitions()), layout.replication())
                .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(millis)));
    }

    /** Those of the seven topics that are there, in the order of {@link TopicNames#all}. */
    public List<Size> list() {
        Set<String> present = present();
        List<String> wanted = names.all().stream().filter(present::contains).toList();
        Map<String, TopicDescription> descriptions =
                await(admin.describeTopics(wanted).allTopicNames(), "describing topics");
        Map<TopicPartition, ListOffsetsResultInfo> firstOffsets =
                offsets(descriptions, OffsetSpec.earliest());
        Map<TopicPartition, ListOffsetsResultInfo> endOffsets =
                offsets(descriptions, OffsetSpec.latest());
        Map<String, Long> records =
                endOffsets.entrySet().stream()
                        .collect(
                                Collectors.groupingBy(
                                        entry -> entry.getKey().topic(),
                                        Collectors.summingLong(
                                                entry ->
                                                        entry.getValue().offset()
                                                                - firstOffsets
                                                                        .get(entry.getKey())
                                                                        .offset())));
        return wanted.stream()
                .map(
                        topic ->
                                new Size(
                                        topic,
                                        descriptions.get(topic).partitions().size(),
                                        records.getOrDefault(topic, 0L)))
                .toList();
    }

    /**
     * Where each partition of a topic ends at present: the offset that its next record will get.
     */
    public Map<Integer, Long> ends(String topic) {
        Map<TopicPartition, OffsetSpec> end = new HashMap<>();
        await(admin.describeTopics(List.of(topic)).allTopicNames(), "describing topics")
                .get(topic)
                .partitions()
                .forEach(
                        partition ->
                                end.put(
                                        new TopicPartition(topic, partition.partition()),
                                        OffsetSpec.latest()));
        return await(admin.listOffsets(end).all(), "asking for offsets").entrySet().stream()
                .collect(
                        Collectors.toMap(
                                entry -> entry.getKey().partition(),
                                entry -> entry.getValue().offset()));
    }

    /**
     * Deletes those of the seven topics that are there, with all that lies in them, and returns
     * their names.
     */
    public List<String> delete() {
        Set<String> present = present();
        List<String> doomed = names.all().stream().filter(present::contains).toList();
        await(admin.deleteTopics(doomed).all(), "deleting topics");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        // A broker says that topics are deleted a moment before it stops listing them.
        while (!Collections.disjoint(present(), doomed)) {
            if (System.nanoTime() > deadline) {
                throw new KafkaException(
                        "deleting topics at "
                                + bootstrapServers
                                + " took longer than "
                                + PATIENCE_SECONDS
                                + " s");
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
        return doomed;
    }

    /**
     * Checks that topics are there before anything is sent to them.
     *
     * @throws IllegalStateException naming those that are not
     */
    public void require(String... topics) {
        Set<String> missing = new TreeSet<>(List.of(topics));
        missing.removeAll(present());
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "no topic "
                            + String.join(", ", missing)
                            + " at "
                            + bootstrapServers
                            + ", expected it to be created first, such as by: fraudstream topics"
                            + " create");
        }
    }

    private Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Map<String, TopicDescription> descriptions, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        descriptions.forEach(
                (topic, description) ->
                        description
                                .partitions()
                                .forEach(
                                        partition ->
                                                asked.put(
                                                        new TopicPartition(
                                                                topic, partition.partition()),
                                                        which)));
        return await(admin.listOffsets(asked).all(), "asking for offsets");
    }

    private Set<String> present() {
        return await(admin.listTopics().names(), "listing topics");
    }

    private KafkaException failed(String doing, Throwable cause) {
        return new KafkaException(
                doing
                        + " at "
                        + bootstrapServers
                        + " failed: "
                        + BrokerFault.describe(cause, properties),
                cause);
    }

    private <T> T await(KafkaFuture<T> answer, String doing) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed(doing, failed.getCause());
        } catch (TimeoutException silent) {
            throw new KafkaException(doing + " at " + bootstrapServers + " got no answer", silent);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(
                    doing + " at " + bootstrapServers + " was interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
