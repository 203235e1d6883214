/** Payloads above Lambda's limits, as files or objects of a store: the claim check of docs/payloads.md. */
@NullMarked
package io.millrace.runtime.payloads;

import org.jspecify.annotations.NullMarked;
