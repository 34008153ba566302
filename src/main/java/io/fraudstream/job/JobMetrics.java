package io.fraudstream.job;

import java.util.Map;
import org.apache.flink.metrics.MetricGroup;

/**
 * Where the job's own metrics stand among Flink's. Flink's reporter for Prometheus names a metric
 * by its groups, and makes a label of a group that has a key and a value: {@code
 * flink_taskmanager_job_task_operator_fraudstream_rejected_reason_total{reason="oversize"}}.
 */
public final class JobMetrics {
    /** The group below an operator that holds them. */
    public static final String GROUP = "fraudstream";

    private JobMetrics() {}

    /**
     * Flink's own keys for a reporter that Prometheus scrapes.
     *
     * @param ports a port or a range such as {@code 9249-9260}, of which each process takes one
     */
    public static Map<String, String> reporter(String ports) {
        return Map.of(
                "metrics.reporter.prom.factory.class",
                "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
                "metrics.reporter.prom.port",
                ports,
                // Bounds of buckets would lose their points otherwise.
                "metrics.reporter.prom.filterLabelValueCharacters",
                "false");
    }

    /** The group of an operator's own metrics. */
    public static MetricGroup of(MetricGroup operator) {
        return operator.addGroup(GROUP);
    }
}
