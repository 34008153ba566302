package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleException;
import io.fraudstream.registry.ModelPointer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model that serves one slot in one subtask. Accepted bundles are made ready on a thread of
 * their own and taken over between two events: in arrival mode as soon as they are ready, in
 * event-time mode exactly at their {@code effectiveFrom}, for which the task waits if it must. One
 * that cannot be made ready leaves the old one in service.
 */
final class ModelSlot implements AutoCloseable {
    /** So many a slot are kept for the events before the newest one's time. */
    static final int KEPT = 8;

    private static final Logger LOG = LoggerFactory.getLogger(ModelSlot.class);

    /** Stands for a bundle's id where none serves. */
    private static final String NONE = "none";

    private final FeatureSchema schema;
    private final OrderMode order;
    private final ExecutorService loader;
    private final Queue<Loading> loadings = new ArrayDeque<>();
    private final TreeMap<Long, Optional<ServingModel>> byEffectiveTime = new TreeMap<>();
    private Optional<ServingModel> newest = Optional.empty();
    private final MetricGroup metrics;
    private final Set<String> shown = new HashSet<>();
    private volatile String serving = NONE;
    private volatile double threshold = Double.NaN;
    private long swaps;
    private long loadFailures;

    /** A bundle on its way; empty for a retirement. */
    private record Loading(ModelPointer pointer, CompletableFuture<Optional<ServingModel>> model) {}

    ModelSlot(FeatureSchema schema, OrderMode order, MetricGroup metrics) {
        this.schema = schema;
        this.order = order;
        this.metrics = metrics;
        metrics.gauge("swaps_total", (Gauge<Long>) () -> swaps);
        metrics.gauge("load_failures_total", (Gauge<Long>) () -> loadFailures);
        metrics.gauge("threshold", (Gauge<Double>) () -> threshold);
        show(NONE);
        this.loader =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "model-loader");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Begins to make the bundle ready. */
    void offer(ServedBundle served) {
        loadings.add(
                new Loading(
                        served.pointer(),
                        CompletableFuture.supplyAsync(() -> ready(served), loader)));
    }

    /** Makes the bundles ready, in this order, before anything is scored. */
    void require(Collection<ServedBundle> bundles) {
        bundles.forEach(this::offer);
        loadings.forEach(loading -> loading.model().exceptionally(failed -> null).join());
        takeOver(Long.MAX_VALUE);
    }

    /** The model for an event of this time; {@code null} while none is in service. */
    ServingModel at(long eventTime) {
        if (!loadings.isEmpty()) {
            takeOver(eventTime);
        }
        if (order == OrderMode.ARRIVAL) {
            return newest.orElse(null);
        }
        Map.Entry<Long, Optional<ServingModel>> entry = byEffectiveTime.floorEntry(eventTime);
        return entry == null ? null : entry.getValue().orElse(null);
    }

    /** Says from now on whether this bundle serves, by 1 or 0: a metric's labels cannot change. */
    private void show(String bundleId) {
        if (shown.add(bundleId)) {
            metrics.addGroup("bundle_id", bundleId)
                    .gauge("serving", (Gauge<Integer>) () -> serving.equals(bundleId) ? 1 : 0);
        }
    }

    private void takeOver(long eventTime) {
        Iterator<Loading> waiting = loadings.iterator();
        while (waiting.hasNext()) {
            Loading next = waiting.next();
            if (order == OrderMode.ARRIVAL && !next.model().isDone()) {
                return;
            }
            if (order == OrderMode.EVENT_TIME && next.pointer().effectiveFrom() > eventTime) {
                continue;
            }
            waiting.remove();
            takeOver(next);
        }
    }

    private void takeOver(Loading next) {
        ModelPointer pointer = next.pointer();
        try {
            newest = next.model().join();
        } catch (CompletionException failed) {
            loadFailures++;
            LOG.error("bundle {} cannot serve", pointer.bundleId(), failed.getCause());
            return;
        }
        swaps++;
        serving = newest.map(model -> model.model().bundleId()).orElse(NONE);
        threshold = newest.map(model -> model.policy().threshold()).orElse(Double.NaN);
        show(serving);
        byEffectiveTime.put(pointer.effectiveFrom(), newest);
        if (byEffectiveTime.size() > KEPT) {
            byEffectiveTime.pollFirstEntry();
        }
        LOG.info(
                "bundle {} {}, threshold {}",
                pointer.bundleId(),
                newest.isPresent() ? "serves as " + pointer.slot() : "is retired",
                newest.map(model -> model.policy().threshold()).orElse(null));
    }

    private Optional<ServingModel> ready(ServedBundle served) {
        if (served.pointer().kind() == ModelPointer.Kind.RETIREMENT) {
            return Optional.empty();
        }
        try {
            return Optional.of(ServingModel.of(served, schema));
        } catch (BundleException unfit) {
            throw new CompletionException(unfit);
        }
    }

    @Override
    public void close() {
        loader.shutdownNow();
    }
}
