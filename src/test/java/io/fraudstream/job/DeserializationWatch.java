package io.fraudstream.job;

import java.io.ObjectInputFilter;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * Sees every Java object that is deserialised anywhere in this JVM, through Java's own filter, and
 * tells those of the job's data from what Flink deserialises to start it: functions, splits and
 * what a cluster's parts tell each other.
 */
final class DeserializationWatch {
    // A JVM takes one filter in its life.
    private static final AtomicReference<DeserializationWatch> WATCHING = new AtomicReference<>();
    private static boolean installed;

    private final Set<String> byTheJob = new ConcurrentSkipListSet<>();
    private final AtomicLong all = new AtomicLong();

    private DeserializationWatch() {}

    static synchronized DeserializationWatch install() {
        if (!installed) {
            ObjectInputFilter.Config.setSerialFilter(
                    info -> {
                        DeserializationWatch watch = WATCHING.get();
                        if (watch != null && info.serialClass() != null) {
                            watch.see(info.serialClass());
                        }
                        return ObjectInputFilter.Status.UNDECIDED;
                    });
            installed = true;
        }
        DeserializationWatch watch = new DeserializationWatch();
        WATCHING.set(watch);
        return watch;
    }

    private void see(Class<?> type) {
        all.incrementAndGet();
        String stack =
                StackWalker.getInstance()
                        .walk(
                                frames ->
                                        frames.map(
                                                        frame ->
                                                                frame.getClassName()
                                                                        + "."
                                                                        + frame.getMethodName())
                                                .filter(frame -> !frame.startsWith("java."))
                                                .skip(3)
                                                .collect(Collectors.joining(" < ")));
        if (isOfTheJob(stack)) {
            byTheJob.add(type.getName() + ": " + stack);
        }
    }

    /**
     * In the loop that takes records, timers and checkpoints, or called by our own code there; but
     * for what the job manager sends a task, such as the splits that its source is to read.
     */
    private static boolean isOfTheJob(String stack) {
        return (stack.contains("MailboxProcessor.runMailboxLoop")
                        && !stack.contains("OperatorEventDispatcherImpl.dispatchEventToHandlers"))
                || stack.contains("io.fraudstream.job.operator.")
                || stack.contains("io.fraudstream.job.state.")
                || stack.contains("io.fraudstream.job.kafka.")
                || stack.contains("io.fraudstream.job.store.")
                || stack.contains("io.fraudstream.model.")
                || stack.contains("io.fraudstream.transaction.")
                || stack.contains("io.fraudstream.registry.");
    }

    /** Class and stack of each object that the job's own work deserialised. */
    Set<String> byTheJob() {
        return byTheJob;
    }

    long all() {
        return all.get();
    }

    void end() {
        WATCHING.set(null);
    }
}
