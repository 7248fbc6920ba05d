"""Files of any sort -> an upload that the platform takes: named, converted, merged, made smaller, divided, and a sheet
that says each thing that was changed. It invents nothing, touches no original and asks no store.
"""
