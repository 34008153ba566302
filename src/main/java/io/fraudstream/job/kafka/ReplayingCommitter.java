package io.fraudstream.job.kafka;

import io.fraudstream.job.JobMetrics;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SinkCommitterMetricGroup;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits transactions as Flink's own committer does, but lets none be lost that the broker has
 * aborted. Where the writer is still there, the job fails, with a message that says why. Where the
 * transaction comes from a checkpoint, which is so when the job then goes on, its records are
 * written again in a transaction whose id follows from the old one's: by that id a further attempt
 * sees whether they stand already. Both are counted in {@code kafka_transactions_expired_total},
 * the latter in {@code kafka_transactions_replayed_total} too.
 */
@SuppressWarnings("try") // Flink closes it and sees to what it throws
final class ReplayingCommitter implements Committer<KeptTransaction> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayingCommitter.class);
    private static final String AGAIN = "-again";

    private final Committer<KafkaCommittable> committer;
    private final Properties producer;
    private final Counter expired;
    private final Counter replayed;

    ReplayingCommitter(
            Committer<KafkaCommittable> committer,
            Properties producer,
            SinkCommitterMetricGroup metrics) {
        this.committer = committer;
        this.producer = producer;
        MetricGroup own = JobMetrics.of(metrics);
        this.expired = own.counter("kafka_transactions_expired_total");
        this.replayed = own.counter("kafka_transactions_replayed_total");
    }

    @Override
    public void commit(Collection<CommitRequest<KeptTransaction>> requests)
            throws IOException, InterruptedException {
        for (CommitRequest<KeptTransaction> request : requests) {
            Request asked = new Request(request);
            committer.commit(List.of(asked));
            if (asked.lost != null) {
                recover(request.getCommittable(), asked.lost);
            }
        }
    }

    private void recover(KeptTransaction kept, Throwable why)
            throws IOException, InterruptedException {
        String id = kept.transaction().getTransactionalId();
        if (kept.transaction().getProducer().isPresent()) {
            expired.inc();
            throw new IOException(
                    "Kafka has aborted the transaction "
                            + id
                            + " before it was committed, most likely since it was open for longer"
                            + " than transaction.timeout.ms; the job fails, goes on from its last"
                            + " checkpoint and writes the records again",
                    why);
        }
        if (kept.records() == null) {
            throw lost(id, "and the checkpoint holds no records of it", why);
        }
        try (Admin admin = Admin.create(producer)) {
            TransactionDescription found = describe(admin, id);
            if (isCommitted(kept.transaction(), found)) {
                return;
            }
            expired.inc();
            TransactionState state = found == null ? null : found.state();
            // A fenced producer alone does not say what became of its transaction.
            if (state != TransactionState.COMPLETE_ABORT) {
                throw lost(id, "and whether it was aborted is not known: it is " + state, why);
            }
            TransactionDescription second = describe(admin, id + AGAIN);
            TransactionState again = second == null ? null : second.state();
            if (again == TransactionState.PREPARE_COMMIT) {
                throw new IOException("the transaction " + id + AGAIN + " is just being committed");
            }
            if (again != TransactionState.COMPLETE_COMMIT) {
                int count = write(id + AGAIN, kept.records());
                LOG.error(
                        "Kafka had aborted the transaction {}: its {} records have been written"
                                + " again",
                        id,
                        count);
                replayed.inc();
            }
        }
    }

    private static IOException lost(String id, String what, Throwable why) {
        return new IOException(
                "the transaction "
                        + id
                        + " cannot be committed ("
                        + why.getMessage()
                        + "), "
                        + what,
                why);
    }

    /**
     * Whether the transaction stands already. Its job committed it and was ended before the next
     * checkpoint; the broker raised the producer's epoch with the commit (KIP-890), so the one in
     * the checkpoint looks fenced by a newer one.
     */
    private static boolean isCommitted(KafkaCommittable transaction, TransactionDescription found) {
        return found != null
                && found.state() == TransactionState.COMPLETE_COMMIT
                && found.producerId() == transaction.getProducerId()
                && found.producerEpoch() <= transaction.getEpoch() + 1;
    }

    /** {@code null} if the brokers know none of that id. */
    private static TransactionDescription describe(Admin admin, String id)
            throws IOException, InterruptedException {
        try {
            return admin.describeTransactions(List.of(id)).description(id).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TransactionalIdNotFoundException) {
                return null;
            }
            throw new IOException("the transaction " + id + " cannot be looked up", e.getCause());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the commit fails if a record was not taken
    private int write(String id, byte[] records) throws IOException {
        Properties properties = new Properties();
        properties.putAll(producer);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        try (KafkaProducer<byte[], byte[]> writer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            writer.initTransactions();
            writer.beginTransaction();
            int count = KeptRecords.forEach(records, writer::send);
            writer.commitTransaction();
            return count;
        }
    }

    @Override
    public void close() throws Exception {
        committer.close();
    }

    /** What Flink's committer is asked; what it would only log is kept. */
    private static final class Request implements CommitRequest<KafkaCommittable> {
        private final CommitRequest<KeptTransaction> request;
        private Throwable lost;

        Request(CommitRequest<KeptTransaction> request) {
            this.request = request;
        }

        @Override
        public KafkaCommittable getCommittable() {
            return request.getCommittable().transaction();
        }

        @Override
        public int getNumberOfRetries() {
            return request.getNumberOfRetries();
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            lost = reason;
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            request.signalFailedWithUnknownReason(reason);
        }

        @Override
        public void retryLater() {
            request.retryLater();
        }

        @Override
        public void updateAndRetryLater(KafkaCommittable transaction) {
            request.updateAndRetryLater(
                    new KeptTransaction(transaction, request.getCommittable().records()));
        }

        @Override
        public void signalAlreadyCommitted() {
            request.signalAlreadyCommitted();
        }
    }
}
