package io.fraudstream.job.operator;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** Keeps gauges by their groups and name, such as {@code model.slot.champion.threshold}. */
final class ShownMetrics extends UnregisteredMetricsGroup {
    private final String scope;
    private final Map<String, Gauge<?>> gauges;

    ShownMetrics() {
        this("", new TreeMap<>());
    }

    private ShownMetrics(String scope, Map<String, Gauge<?>> gauges) {
        this.scope = scope;
        this.gauges = gauges;
    }

    @Override
    public MetricGroup addGroup(String name) {
        return new ShownMetrics(scope + name + ".", gauges);
    }

    @Override
    public MetricGroup addGroup(String key, String value) {
        return addGroup(key).addGroup(value);
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
        if (gauges.put(scope + name, gauge) != null) {
            throw new AssertionError(scope + name + " is there twice");
        }
        return gauge;
    }

    double value(String name) {
        return ((Number) gauges.get(name).getValue()).doubleValue();
    }
}
