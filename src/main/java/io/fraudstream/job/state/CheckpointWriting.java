package io.fraudstream.job.state;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Keeps what writes state of the heap into checkpoints from holding up events. Flink writes it
 * beside the stream, with a thread for each operator's subtask and all of them at once: where cores
 * are few, events wait for their turn among these. Here half of the cores write, a value at a time,
 * and with the lowest priority, which counts where the JVM has {@code -XX:ThreadPriorityPolicy=1}.
 */
final class CheckpointWriting {
    /**
     * How the names of Flink's threads begin that write checkpoints of the heap: a serializer sees
     * nothing else of what it is called for.
     */
    private static final String THREADS = "AsyncOperations";

    private static final Semaphore TURNS =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    private CheckpointWriting() {}

    /** Writes a value. */
    @FunctionalInterface
    interface Value {
        void write() throws IOException;
    }

    /** Writes the value, at once unless a checkpoint of the heap is what it is written for. */
    @SuppressWarnings("ThreadPriorityCheck") // Nothing but speed relies on it.
    static void write(Value value) throws IOException {
        Thread thread = Thread.currentThread();
        if (!thread.getName().startsWith(THREADS)) {
            value.write();
            return;
        }
        if (thread.getPriority() != Thread.MIN_PRIORITY) {
            thread.setPriority(Thread.MIN_PRIORITY);
        }
        TURNS.acquireUninterruptibly();
        try {
            value.write();
        } finally {
            TURNS.release();
        }
    }
}
