package io.fraudstream.job.kafka;

import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.TransactionCodec;
import java.io.Serializable;

/**
 * Makes the codecs where a task runs. It travels in the job's graph, so it carries settings and
 * where to find secrets, never a secret itself.
 */
public interface Codecs extends Serializable {
    TransactionCodec transactions();

    LabelCodec labels();

    ExchangeRates rates();
}
