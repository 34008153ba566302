package io.fraudstream.simulation;

/** Kinds of merchants (ISO 18245), with what is spent there and when. */
enum Trade {
    GROCERY("5411", 3200, 0.7, false, 8, 21, 30),
    RESTAURANT("5812", 2800, 0.6, false, 11, 23, 16),
    FAST_FOOD("5814", 1100, 0.4, false, 10, 24, 14),
    FUEL("5541", 5200, 0.4, false, 5, 23, 10),
    PHARMACY("5912", 1800, 0.6, false, 8, 20, 6),
    CLOTHES("5651", 5600, 0.6, false, 10, 20, 7),
    ELECTRONICS("5732", 18000, 0.9, false, 10, 20, 3),
    JEWELLERY("5944", 22000, 0.9, false, 10, 19, 1),
    BAR("5813", 1900, 0.6, false, 17, 27, 6),
    TRANSIT("4111", 420, 0.5, false, 5, 24, 14),
    CASH("6011", 9000, 0.7, false, 0, 24, 5),
    HOTEL("7011", 16000, 0.6, false, 6, 24, 2),
    ONLINE_RETAIL("5999", 4200, 0.9, true, 7, 25, 14),
    ONLINE_GOODS("5818", 900, 0.7, true, 0, 24, 8),
    GIFT_CARDS("5947", 5000, 0.5, true, 0, 24, 2),
    TRAVEL_AGENCY("4722", 28000, 0.8, true, 8, 24, 2);

    final String mcc;

    /** The middle amount in euro cents. */
    final double medianCents;

    /** The standard deviation of the amount's logarithm. */
    final double spread;

    final boolean online;
    private final int opens;
    private final int closes;

    /** Of its share of all terminals. */
    final int weight;

    Trade(
            String mcc,
            double medianCents,
            double spread,
            boolean online,
            int opens,
            int closes,
            int weight) {
        this.mcc = mcc;
        this.medianCents = medianCents;
        this.spread = spread;
        this.online = online;
        this.opens = opens;
        this.closes = closes;
        this.weight = weight;
    }

    /** Whether people go there at this hour of their day; a bar closes after midnight. */
    boolean isOpen(int hour) {
        return hour >= opens && hour < closes || hour + 24 < closes;
    }

    static Trade draw(Randomness random, boolean online) {
        int sum = 0;
        for (Trade trade : values()) {
            sum += trade.online == online ? trade.weight : 0;
        }
        int left = random.below(sum);
        for (Trade trade : values()) {
            left -= trade.online == online ? trade.weight : 0;
            if (left < 0) {
                return trade;
            }
        }
        throw new IllegalStateException("the weights do not add up");
    }
}
