package io.fraudstream.simulation;

/** Where cards are used: a till with a place, or an online shop that has a merchant only. */
final class Terminal {
    final String terminalId;
    final String merchantId;
    final Trade trade;
    final Place place;
    final double latitude;
    final double longitude;

    /** Until when it is in the wrong hands. */
    long compromisedUntil = Long.MIN_VALUE;

    Terminal(int number, int merchant, Trade trade, Place place, Randomness random) {
        this.terminalId = trade.online ? null : Numbered.id("term-", number);
        this.merchantId = Numbered.id("merch-", merchant);
        this.trade = trade;
        this.place = place;
        this.latitude =
                trade.online
                        ? Double.NaN
                        : Numbered.degrees(place.latitude() + 0.08 * random.normal());
        this.longitude =
                trade.online
                        ? Double.NaN
                        : Numbered.degrees(place.longitude() + 0.08 * random.normal());
    }
}
