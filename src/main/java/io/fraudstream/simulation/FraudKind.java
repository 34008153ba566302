package io.fraudstream.simulation;

/** How a simulated fraud works. */
public enum FraudKind {
    /**
     * A lost card in a thief's hands: a few large purchases within hours, in shops where goods sell
     * on easily.
     */
    STOLEN_CARD,
    /**
     * Stolen numbers tried by a machine: tiny online amounts seconds apart, many declined, then a
     * large one.
     */
    CARD_TESTING,
    /**
     * A terminal in the wrong hands for one to four weeks: part of what is paid there is fraud at
     * usual amounts.
     */
    TERMINAL_COMPROMISE,
    /** Somebody else signs in: stored credentials on a new device, abroad, for a day or more. */
    ACCOUNT_TAKEOVER,
    /**
     * Online amounts that grow step by step until one is declined for the limit, then stay just
     * below.
     */
    LIMIT_PROBING,
    /**
     * What comes up when the others are known: small charges on stored credentials, hours apart for
     * days, each at another shop and none of them unusual for itself.
     */
    STANDING_CHARGES
}
