package io.fraudstream.job.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CheckpointWritingTest {
    private static final int VALUES = 1_000;

    @Test
    void whoWritesCheckpointsIsLastInLine() throws Exception {
        assertThat(in("AsyncOperations-thread-1", CheckpointWritingTest::priorityWhileWriting))
                .isEqualTo(Thread.MIN_PRIORITY);
    }

    @Test
    void whoElseWritesStaysAsItIs() throws Exception {
        assertThat(
                        in(
                                "Card features and score (1/2)#0",
                                CheckpointWritingTest::priorityWhileWriting))
                .isEqualTo(Thread.NORM_PRIORITY);
    }

    @Test
    void halfOfTheCoresWriteAtOnceAndAllIsWritten() throws Exception {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger written = new AtomicInteger();
        List<FutureTask<Integer>> writers = new ArrayList<>();
        int cores = Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < 2 * cores + 2; i++) {
            writers.add(
                    started(
                            "AsyncOperations-thread-" + i,
                            () -> {
                                for (int value = 0; value < VALUES; value++) {
                                    CheckpointWriting.write(
                                            () -> {
                                                most.accumulateAndGet(
                                                        atOnce.incrementAndGet(), Math::max);
                                                Thread.onSpinWait();
                                                written.incrementAndGet();
                                                atOnce.decrementAndGet();
                                            });
                                }
                                return 0;
                            }));
        }
        for (FutureTask<Integer> writer : writers) {
            writer.get();
        }

        assertThat(written).hasValue(VALUES * writers.size());
        assertThat(most.get()).isBetween(1, Math.max(1, cores / 2));
    }

    @Test
    void whoFailsGivesItsTurnBack() throws Exception {
        int more = 2 * Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < more; i++) {
            in("AsyncOperations-thread-1", CheckpointWritingTest::failure);
        }

        assertThat(in("AsyncOperations-thread-1", CheckpointWritingTest::priorityWhileWriting))
                .isPositive();
    }

    private static int priorityWhileWriting() throws IOException {
        int[] priority = new int[1];
        CheckpointWriting.write(() -> priority[0] = Thread.currentThread().getPriority());
        return priority[0];
    }

    private static int failure() {
        try {
            CheckpointWriting.write(
                    () -> {
                        throw new IOException("full");
                    });
            return 0;
        } catch (IOException expected) {
            return 1;
        }
    }

    private static int in(String thread, Callable<Integer> work) throws Exception {
        return started(thread, work).get(30, TimeUnit.SECONDS);
    }

    private static FutureTask<Integer> started(String thread, Callable<Integer> work) {
        FutureTask<Integer> task = new FutureTask<>(work);
        new Thread(task, thread).start();
        return task;
    }
}
