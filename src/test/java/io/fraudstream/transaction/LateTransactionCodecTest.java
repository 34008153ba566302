package io.fraudstream.transaction;

import static io.fraudstream.transaction.Records.HERE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LateTransactionCodecTest {
    @Test
    void whatWasLateFitsItsSchemaAndCanBeSentOnceMore() throws IOException {
        TransactionCodec codec = Records.transactions(CardTokenPolicy.rejectCardNumbers());
        Schemas schema = Schemas.named("late-transaction-v1");
        Random random = new Random(8);
        for (int i = 0; i < 200; i++) {
            Transaction transaction = Records.random(random, i);
            long timestamp = i % 2 == 0 ? Coordinates.NO_TIMESTAMP : 1_700_000_000_000L;

            byte[] record =
                    LateTransactionCodec.encode(
                            transaction, transaction.eventTime() + 1, 3, 17, timestamp);

            schema.assertValid(record);
            assertThat(codec.decode(record, HERE)).isEqualTo(transaction);
        }
    }
}
