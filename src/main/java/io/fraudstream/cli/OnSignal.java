package io.fraudstream.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Asks work to stop when the process is told to end, and holds the end up until it has: the work is
 * what stands within the {@code try}.
 */
final class OnSignal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /**
     * @param stop called from another thread
     * @param otherwise what to say if the work does not stop in time
     */
    OnSignal(Runnable stop, String otherwise) {
        hook =
                new Thread(
                        () -> {
                            stop.run();
                            if (!endedInTime()) {
                                System.err.println("fraudstream: " + otherwise);
                            }
                        },
                        "stop-on-signal");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private boolean endedInTime() {
        try {
            return ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is running: it was what ended the work.
            return;
        }
    }
}
