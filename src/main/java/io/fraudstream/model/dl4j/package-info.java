/**
 * Networks in DL4J: how they are built and trained, their weights as plain numbers, and the
 * reference outputs that every scorer is checked against. The only package that imports DL4J and
 * ND4J; may import {@code model} and {@code features}.
 */
package io.fraudstream.model.dl4j;
