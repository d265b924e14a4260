// How zlib's stream is laid out, so that the library can be loaded when it is first needed, and neither its headers nor it itself have to
// be there to build. The layout is zlib's ABI since 1.0: the library compares its size, and refuses another.
#ifndef HOMEPORT_CZLIB_H
#define HOMEPORT_CZLIB_H

typedef struct homeport_zlib_stream {
    const unsigned char *next_in;
    unsigned int avail_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned int avail_out;
    unsigned long total_out;
    const char *message;
    void *state;
    void *(*allocate)(void *, unsigned int, unsigned int);
    void (*release)(void *, void *);
    void *opaque;
    int data_type;
    unsigned long checksum;
    unsigned long reserved;
} homeport_zlib_stream;

#endif
