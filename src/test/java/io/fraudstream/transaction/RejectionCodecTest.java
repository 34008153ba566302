package io.fraudstream.transaction;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RejectionCodecTest {
    @Test
    void everyReasonFitsTheSchema() throws IOException {
        Schemas schema = Schemas.named("rejected-v1");
        for (RejectionReason reason : RejectionReason.values()) {
            schema.assertValid(
                    RejectionCodec.encode(
                            new Rejection(
                                    reason,
                                    "card_id",
                                    "detail",
                                    "payload \u0000\ud83d\ude00",
                                    7,
                                    Records.HERE)));
            schema.assertValid(
                    RejectionCodec.encode(
                            new Rejection(
                                    reason,
                                    null,
                                    "detail",
                                    "",
                                    0,
                                    new Coordinates("file.csv", 0, 9, Coordinates.NO_TIMESTAMP))));
        }
    }
}
