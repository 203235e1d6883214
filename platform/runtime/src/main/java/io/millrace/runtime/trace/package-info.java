/** One trace from a caller through queues and functions (docs/traces.md, docs/adr/0016). */
@NullMarked
package io.millrace.runtime.trace;

import org.jspecify.annotations.NullMarked;
