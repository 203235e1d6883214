/**
 * Environments that are processes of their own and speak the Lambda Runtime API, so that the vendor's runtime interface
 * clients and any {@code bootstrap} run unchanged.
 *
 * <p>What keeps a function in its place depends on the machine and is probed at start, see {@link
 * io.millrace.runtime.environment.process.IsolationLevel}. On every level: a session and process group of its own, no
 * variable of the server's environment, no open file of the server, and nothing survives the server's death.
 *
 * <p>Threads per live process: one of ours, which started it, reads its output and waits for it, and the one with which
 * the JDK reaps it. All else happens on the event loop of the environment.
 */
@NullMarked
package io.millrace.runtime.environment.process;

import org.jspecify.annotations.NullMarked;
