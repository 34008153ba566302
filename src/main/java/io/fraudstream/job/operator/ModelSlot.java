package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.OrderMode;
import io.fraudstream.model.BundleException;
import io.fraudstream.registry.ModelPointer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model in service in one subtask. Bundles are fetched and verified on a thread of their own
 * and taken over between two events: in arrival mode as soon as they are ready, in event-time mode
 * exactly at their {@code effectiveFrom}, for which the task waits if it must. A bundle that must
 * not be used is refused, and the old one goes on.
 */
final class ModelSlot implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelSlot.class);

    private final FeatureSchema schema;
    private final OrderMode order;
    private final ExecutorService loader;
    private final Queue<Loading> loadings = new ArrayDeque<>();
    private final TreeMap<Long, ServingModel> byEffectiveTime = new TreeMap<>();
    private ServingModel newest;
    private long swaps;
    private long refused;

    private record Loading(ModelPointer pointer, CompletableFuture<ServingModel> model) {}

    ModelSlot(FeatureSchema schema, OrderMode order) {
        this.schema = schema;
        this.order = order;
        this.loader =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "model-loader");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Begins to load the bundle. */
    void offer(ModelPointer pointer) {
        loadings.add(
                new Loading(pointer, CompletableFuture.supplyAsync(() -> load(pointer), loader)));
    }

    /** Loads the bundles, in the order in which they were announced, before anything is scored. */
    void require(Collection<ModelPointer> pointers) {
        pointers.forEach(this::offer);
        loadings.forEach(loading -> loading.model().join());
        takeOver(Long.MAX_VALUE);
    }

    /** The model for an event of this time; {@code null} while none is in service. */
    ServingModel at(long eventTime) {
        if (!loadings.isEmpty()) {
            takeOver(eventTime);
        }
        if (order == OrderMode.ARRIVAL) {
            return newest;
        }
        Map.Entry<Long, ServingModel> entry = byEffectiveTime.floorEntry(eventTime);
        return entry == null ? null : entry.getValue();
    }

    long swaps() {
        return swaps;
    }

    long refused() {
        return refused;
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
            ServingModel model = next.model().join();
            if (model == null) {
                refused++;
                continue;
            }
            swaps++;
            newest = model;
            byEffectiveTime.put(next.pointer().effectiveFrom(), model);
            LOG.info(
                    "bundle {} is in service, threshold {}",
                    next.pointer().bundleId(),
                    model.policy().threshold());
        }
    }

    /** {@code null} for a bundle that was refused. */
    private ServingModel load(ModelPointer pointer) {
        try {
            return ServingModel.load(pointer, schema);
        } catch (BundleException | RuntimeException refusal) {
            // Whatever is wrong with a bundle, it must not stop the stream.
            LOG.error("refused bundle {}: {}", pointer.bundleId(), refusal.getMessage());
            return null;
        }
    }

    @Override
    public void close() {
        loader.shutdownNow();
    }
}
