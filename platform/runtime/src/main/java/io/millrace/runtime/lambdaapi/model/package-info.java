/** What the Lambda API looks like, read from its description, and requests checked against it. Knows no HTTP. */
@NullMarked
package io.millrace.runtime.lambdaapi.model;

import org.jspecify.annotations.NullMarked;
