// Signatures from the documentation of Google Play services.
package com.google.android.gms.tasks;

public abstract class Task<R> {
    public abstract R getResult();
}
