package io.fraudstream.job;

import io.fraudstream.job.operator.CheckpointedCounters;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Sends records as fast as the job reads them, so that some are on their way at any moment. */
final class Feeder implements AutoCloseable {
    private static final int PIECE = 500;
    private static final int AHEAD = 3_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ClusterBench bench;
    private final List<ClusterBench.Message> records;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::feed, "feeder");
    private final AtomicInteger sent = new AtomicInteger();
    private volatile int gate;
    private volatile boolean closed;

    Feeder(ClusterBench bench, List<ClusterBench.Message> records) {
        this.bench = bench;
        this.records = records;
        this.gate = records.size();
        thread.start();
    }

    private void feed() {
        long transactions = 0;
        try {
            while (!closed && sent.get() < records.size()) {
                if (transactions - read(transactions) > AHEAD || sent.get() >= gate) {
                    LockSupport.parkNanos(LOOK_NANOS);
                    continue;
                }
                List<ClusterBench.Message> piece =
                        records.subList(sent.get(), Math.min(sent.get() + PIECE, gate));
                bench.send(piece);
                transactions +=
                        piece.stream()
                                .filter(r -> r.topic().equals(bench.names().transactions()))
                                .count();
                sent.addAndGet(piece.size());
            }
        } catch (RuntimeException e) {
            failure.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** While the job does not say how many it has read, none are to be sent. */
    private long read(long transactions) throws InterruptedException {
        try {
            return bench.counted(CheckpointedCounters.READ);
        } catch (IOException restarting) {
            return transactions - AHEAD - 1;
        }
    }

    /** How many records have been sent. */
    int sent() {
        if (failure.get() != null) {
            throw failure.get();
        }
        return sent.get();
    }

    /** Nothing from this record on is sent until the gate is set elsewhere. */
    void gate(int index) {
        gate = index;
    }

    void open() {
        gate = records.size();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
