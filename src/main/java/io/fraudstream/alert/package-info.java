/**
 * Decisions on scored transactions, and the records that tell the world: alerts and scored
 * transactions. May import {@code transaction}, {@code features} and {@code model}.
 */
package io.fraudstream.alert;
