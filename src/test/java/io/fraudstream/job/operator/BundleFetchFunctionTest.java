package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.AnnouncedSerializer;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.Coordinates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BundleFetchFunctionTest {
    private static final BundleFormat.Written BUNDLE = TestBundles.of(NetworkKind.LSTM, SCHEMA, 1);

    @TempDir private Path directory;

    @Test
    void aBundleThatComesIntoReachIsFetchedAndThoseBehindItWaitTheirTurn() throws Exception {
        Path late = directory.resolve("late.zip");
        Path there = Files.write(directory.resolve("there.zip"), BUNDLE.zip());
        try (Fetching fetching = new Fetching()) {
            fetching.announce(late);
            fetching.announce(there);
            fetching.work();
            fetching.work();
            assertThat(fetching.fetched()).isEmpty();

            Files.write(late, BUNDLE.zip());
            fetching.passSeconds(1);
            while (fetching.fetched().size() < 2) {
                fetching.work();
            }

            assertThat(fetching.fetched()).extracting(Announced::refusal).containsOnlyNulls();
            assertThat(fetching.fetched())
                    .extracting(announced -> announced.bundle().pointer().uri())
                    .containsExactly(late.toUri().toString(), there.toUri().toString());
            assertThat(fetching.fetched())
                    .extracting(announced -> announced.bundle().serving())
                    .containsOnly(BundleFormat.servingPart(BUNDLE.zip()));
        }
    }

    @Test
    void aBundleThatStaysOutOfReachIsRefusedAfterSomeTrials() throws Exception {
        int trials = 0;
        try (Fetching fetching = new Fetching()) {
            fetching.announce(directory.resolve("never.zip"));
            while (fetching.fetched().isEmpty()) {
                fetching.work();
                trials++;
                fetching.passSeconds(1);
            }

            assertThat(trials).isGreaterThan(3);
            assertThat(fetching.fetched().get(0).refusal().field()).isEqualTo("uri");
        }
    }

    /** The operator as it runs in the job; its clock and its turns are the test's. */
    private static final class Fetching implements AutoCloseable {
        private final OneInputStreamOperatorTestHarness<Announced, Announced> harness;
        private long seconds;

        Fetching() throws Exception {
            harness =
                    new OneInputStreamOperatorTestHarness<>(
                            new AsyncWaitOperatorFactory<>(
                                    new BundleFetchFunction(Events.CODECS, TrustedKeys.NONE),
                                    BundleFetchFunction.PATIENCE.toMillis(),
                                    8,
                                    AsyncDataStream.OutputMode.ORDERED,
                                    BundleFetchFunction.retries()),
                            AnnouncedSerializer.INSTANCE);
            harness.open();
        }

        void announce(Path bundle) throws Exception {
            ModelPointer pointer =
                    new ModelPointer(
                            ModelPointer.CHAMPION,
                            BUNDLE.bundle().id(),
                            bundle.toUri().toString(),
                            BundleFormat.sha256(BUNDLE.zip()),
                            SCHEMA.fingerprint(),
                            0,
                            null);
            harness.processElement(
                    new Announced(
                            new Coordinates("models", 0, 0, NOON),
                            pointer.encode(),
                            new ServedBundle(pointer, new byte[0]),
                            0,
                            null),
                    NOON);
        }

        /** Waits for what a fetch has to tell, and lets the operator hear it. */
        void work() throws Exception {
            harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
        }

        void passSeconds(int more) throws Exception {
            seconds += more;
            harness.setProcessingTime(seconds * 1000);
        }

        List<Announced> fetched() {
            return harness.extractOutputValues();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
