package io.fraudstream.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Repeats measurements that are to be compared. */
final class Rounds {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Rounds() {}

    /**
     * Lets the measurements take turns, so that each round has one of each.
     *
     * @return what each gave in each round, by its name
     */
    static Map<String, double[]> takeTurns(int rounds, Map<String, Callable<Double>> measurements)
            throws Exception {
        Map<String, double[]> results = new LinkedHashMap<>();
        measurements.keySet().forEach(name -> results.put(name, new double[rounds]));
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Callable<Double>> each : measurements.entrySet()) {
                results.get(each.getKey())[round] = each.getValue().call();
            }
        }
        return results;
    }

    /** Nanoseconds that one of so many repetitions takes in this thread. */
    static double nanosEach(long repetitions, Runnable all) {
        long began = System.nanoTime();
        all.run();
        return (double) (System.nanoTime() - began) / repetitions;
    }

    /** Bytes of heap that one of so many repetitions allocates in this thread. */
    static double bytesEach(long repetitions, Runnable all) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        all.run();
        return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / repetitions;
    }
}
