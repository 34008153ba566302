package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.registry.ModelPointer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models that serve in one subtask, from its start on and as bundles are accepted. */
final class ServingModels implements AutoCloseable {
    /**
     * The bundles that were accepted, numbered in that order, so that no registry is needed to go
     * on: in arrival mode the last one of each slot, in event-time mode the last few.
     */
    static final MapStateDescriptor<Long, ServedBundle> BUNDLES =
            new MapStateDescriptor<>("served-bundles", Types.LONG, JobTypes.SERVED_BUNDLE);

    private static final Logger LOG = LoggerFactory.getLogger(ServingModels.class);

    private final JobSettings settings;
    private final FeatureSchema schema;
    private final ModelSlot champion;
    private final ModelSlot shadow;
    private final Deque<ModelPointer> servingFromTheStart = new ArrayDeque<>();

    /**
     * Makes ready what serves from the first event on: the pinned champion, and over it what served
     * when the state was written, or else what had been announced when the job was put together.
     *
     * @param restored of an earlier run, in its order; empty without one
     * @param metrics where each slot shows what serves
     */
    ServingModels(
            JobSettings settings,
            FeatureSchema schema,
            Collection<ServedBundle> restored,
            MetricGroup metrics) {
        this.settings = settings;
        this.schema = schema;
        this.champion = slot(ModelPointer.CHAMPION, metrics);
        this.shadow = slot(ModelPointer.SHADOW, metrics);
        List<ServedBundle> bundles = new ArrayList<>();
        if (settings.champion() != null) {
            bundles.addAll(fetched(List.of(settings.champion())));
        }
        if (settings.followsPromotions() && restored.isEmpty()) {
            List<ServedBundle> announced = fetched(settings.announced());
            announced.forEach(served -> servingFromTheStart.add(served.pointer()));
            bundles.addAll(announced);
        } else if (settings.followsPromotions()) {
            bundles.addAll(restored);
        }
        Map<Boolean, List<ServedBundle>> bySlot =
                bundles.stream().collect(Collectors.partitioningBy(ServingModels::isChampion));
        champion.require(bySlot.get(true));
        shadow.require(bySlot.get(false));
    }

    private ModelSlot slot(String name, MetricGroup metrics) {
        return new ModelSlot(
                schema, settings.order(), metrics.addGroup("model").addGroup("slot", name));
    }

    /** The bundles of a state in the order in which they were accepted. */
    static Collection<ServedBundle> inOrder(ReadOnlyBroadcastState<Long, ServedBundle> state)
            throws Exception {
        Map<Long, ServedBundle> bundles = new TreeMap<>();
        for (Map.Entry<Long, ServedBundle> entry : state.immutableEntries()) {
            bundles.put(entry.getKey(), entry.getValue());
        }
        return bundles.values();
    }

    /** Keeps an accepted bundle in state and, unless the model is pinned, lets it serve. */
    void take(ServedBundle served, BroadcastState<Long, ServedBundle> state) throws Exception {
        keep(served, state);
        if (settings.followsPromotions() && !servesFromTheStart(served.pointer())) {
            (isChampion(served) ? champion : shadow).offer(served);
        }
    }

    ModelSlot champion() {
        return champion;
    }

    ModelSlot shadow() {
        return shadow;
    }

    /** Those of the pointers whose bundles may serve; the others are refused where they arrive. */
    private List<ServedBundle> fetched(List<ModelPointer> pointers) {
        Succession succession = new Succession();
        List<ServedBundle> bundles = new ArrayList<>();
        for (ModelPointer pointer : pointers) {
            try {
                VerifiedBundle bundle =
                        VerifiedBundle.fetch(pointer, schema, settings.trustedKeys());
                succession.accept(pointer, bundle.labelCutOff());
                bundles.add(bundle.served());
            } catch (RefusedBundle refused) {
                LOG.error(
                        "bundle {} does not serve from the start: {}",
                        pointer.bundleId(),
                        refused.getMessage());
            }
        }
        return bundles;
    }

    private void keep(ServedBundle served, BroadcastState<Long, ServedBundle> state)
            throws Exception {
        long next = 0;
        TreeSet<Long> sameSlot = new TreeSet<>();
        for (Map.Entry<Long, ServedBundle> entry : state.immutableEntries()) {
            next = Math.max(next, entry.getKey() + 1);
            if (isChampion(entry.getValue()) == isChampion(served)) {
                sameSlot.add(entry.getKey());
            }
        }
        state.put(next, served);
        int others = settings.order() == OrderMode.ARRIVAL ? 0 : ModelSlot.KEPT - 1;
        while (sameSlot.size() > others) {
            state.remove(sameSlot.pollFirst());
        }
    }

    /** Pointers that served from the start come once more, in their order. */
    private boolean servesFromTheStart(ModelPointer pointer) {
        while (!servingFromTheStart.isEmpty()) {
            if (servingFromTheStart.poll().equals(pointer)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isChampion(ServedBundle served) {
        return served.pointer().slot().equals(ModelPointer.CHAMPION);
    }

    @Override
    public void close() {
        champion.close();
        shadow.close();
    }
}
