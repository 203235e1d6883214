/** The shelf: what is known of every function. Doors write through {@link FunctionAdministration}, everybody reads. */
@NullMarked
package io.millrace.runtime.registry;

import org.jspecify.annotations.NullMarked;
