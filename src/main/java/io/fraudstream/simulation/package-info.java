/**
 * A seeded generator of synthetic card transactions with known frauds. The same seed gives the same
 * bytes on every machine. May import {@code transaction} alone.
 */
package io.fraudstream.simulation;
