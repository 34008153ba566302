package io.fraudstream.bench;

import io.fraudstream.config.CodecParts;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.TransactionCodec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.LongAdder;

/**
 * The codecs of a job in this JVM, which count the transactions that are decoded: a codec asks its
 * clock once for each. Flink's own counts come late, and to ask for them often costs more than some
 * of what is measured.
 */
record CountingCodecs(CodecParts parts) implements Codecs {
    private static final long serialVersionUID = 1L;
    private static final LongAdder DECODED = new LongAdder();

    /** Transactions that were decoded in this JVM. */
    static long decoded() {
        return DECODED.sum();
    }

    @Override
    public TransactionCodec transactions() {
        return parts.transactionCodec(new CountingClock());
    }

    @Override
    public LabelCodec labels() {
        return parts.labelCodec(Clock.systemUTC());
    }

    @Override
    public ExchangeRates rates() {
        return parts.rates();
    }

    private static final class CountingClock extends Clock {
        @Override
        public long millis() {
            DECODED.increment();
            return System.currentTimeMillis();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
