/**
 * The benchmark: every section measures the product's own classes beside what else does the same
 * work, in one run. May import everything but {@code cli}; nothing but {@code cli} imports it.
 */
package io.fraudstream.bench;
