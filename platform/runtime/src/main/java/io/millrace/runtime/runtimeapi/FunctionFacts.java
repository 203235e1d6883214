package io.millrace.runtime.runtimeapi;

/** What an extension is told of its function when it registers. */
public record FunctionFacts(String name, String version, String handler, String account) {}
