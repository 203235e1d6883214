/** Objects in buckets, of an S3-compatible server or in a folder: code that is fetched, and large payloads. */
@NullMarked
package io.millrace.runtime.objects;

import org.jspecify.annotations.NullMarked;
