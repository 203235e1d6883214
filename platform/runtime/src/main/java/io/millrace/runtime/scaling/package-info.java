/**
 * Follows load and schedules with provisioned concurrency, as Application Auto Scaling does for Lambda. The rules are in
 * {@code core.scaling}, what is stored is in {@code registry}.
 */
@NullMarked
package io.millrace.runtime.scaling;

import org.jspecify.annotations.NullMarked;
