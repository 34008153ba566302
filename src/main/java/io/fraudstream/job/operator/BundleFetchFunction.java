package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.registry.TrustedKeys;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.streaming.api.functions.async.AsyncRetryStrategy;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.streaming.util.retryable.AsyncRetryStrategies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches and verifies the bundles that are announced, beside the stream, so that neither events
 * nor checkpoints wait for a slow registry. One that cannot be reached is tried again.
 */
public final class BundleFetchFunction extends RichAsyncFunction<Announced, Announced>
        implements ResultTypeQueryable<Announced> {
    /** How long one pointer may take, all trials together. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(BundleFetchFunction.class);
    private static final int TRIALS = 5;
    private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(1);

    private final Codecs codecs;
    private final TrustedKeys trusted;

    private transient FeatureSchema schema;
    private transient ExecutorService fetchers;

    /**
     * @param trusted by which a bundle must be signed before it is opened
     */
    public BundleFetchFunction(Codecs codecs, TrustedKeys trusted) {
        this.codecs = codecs;
        this.trusted = trusted;
    }

    /** Again after a second where only the place of the bundle could not be reached. */
    public static AsyncRetryStrategy<Announced> retries() {
        return new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<Announced>(
                        TRIALS, BETWEEN_TRIALS.toMillis())
                .ifResult(
                        (Predicate<Collection<Announced>> & Serializable)
                                results ->
                                        results.stream()
                                                .anyMatch(
                                                        result ->
                                                                result.refusal() != null
                                                                        && result.refusal()
                                                                                .passing()))
                .build();
    }

    @Override
    public void open(OpenContext context) {
        schema = new FeatureSchema(codecs.rates());
        // A registry that hangs holds up its own pointer and no other.
        fetchers =
                Executors.newCachedThreadPool(
                        task -> {
                            Thread thread = new Thread(task, "bundle-fetch");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public void asyncInvoke(Announced announced, ResultFuture<Announced> result) {
        fetchers.execute(() -> result.complete(List.of(checked(announced))));
    }

    @Override
    public void timeout(Announced announced, ResultFuture<Announced> result) {
        result.complete(
                List.of(
                        announced.refused(
                                new Announced.Refusal(
                                        "uri",
                                        "the bundle did not come within " + PATIENCE,
                                        false))));
    }

    private Announced checked(Announced announced) {
        if (announced.refusal() != null) {
            return announced;
        }
        try {
            VerifiedBundle bundle =
                    VerifiedBundle.fetch(announced.bundle().pointer(), schema, trusted);
            return announced.verified(bundle.served().serving(), bundle.labelCutOff());
        } catch (RefusedBundle refused) {
            if (refused.refusal().passing()) {
                LOG.warn("{}, trying again", refused.getMessage());
            }
            return announced.refused(refused.refusal());
        }
    }

    @Override
    public TypeInformation<Announced> getProducedType() {
        return JobTypes.ANNOUNCED;
    }

    @Override
    public void close() {
        if (fetchers != null) {
            fetchers.shutdownNow();
        }
    }
}
