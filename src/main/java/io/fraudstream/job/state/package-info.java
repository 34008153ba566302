/**
 * What travels between operators and what they keep, each with a versioned serializer of its own.
 */
package io.fraudstream.job.state;
