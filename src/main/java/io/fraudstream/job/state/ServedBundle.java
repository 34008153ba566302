package io.fraudstream.job.state;

import io.fraudstream.registry.ModelPointer;

/**
 * A pointer with what its bundle is scored with, so that whoever holds it needs no registry.
 *
 * @param serving the verified bundle without what it is trained on with; empty where nothing was
 *     fetched, as for a retirement; not to be changed
 */
public record ServedBundle(ModelPointer pointer, byte[] serving) {}
