package io.millrace.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What is kept under one key.
 *
 * @param owner function or layer; empty for what belongs to none
 * @param name unique for kind and owner
 * @param content never changed in place
 */
public record Document(DocumentKind kind, String owner, String name, ObjectNode content) {}
