/**
 * Environments in the platform's own JVM: one handler object each, one invocation at a time, timeouts by interruption.
 *
 * <p>What this kind cannot do, because a JVM has no walls inside: a handler that calls {@code System.exit} or
 * {@code Runtime.halt} ends the whole server; one that uses up the heap takes it from everybody; one that ignores its
 * interrupt keeps its thread until it ends (it is counted as abandoned, and its result dropped); the configured memory
 * is told to the function but not enforced; {@code System.getenv} shows the server's variables, the function's own are
 * read through its context; statics are shared by all environments of one deployment, and a class of the embedding
 * service whose static initialisation failed stays failed. Code that is not trusted belongs into a process of its own.
 */
@NullMarked
package io.millrace.runtime.environment.inprocess;

import org.jspecify.annotations.NullMarked;
