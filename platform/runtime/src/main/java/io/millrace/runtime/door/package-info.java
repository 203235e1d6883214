/**
 * How a jar on the class path adds pages and operations to the server's HTTP address without the runtime knowing it:
 * the console and the dead letters do. A floor below every door; knows none of them.
 */
@NullMarked
package io.millrace.runtime.door;

import org.jspecify.annotations.NullMarked;
