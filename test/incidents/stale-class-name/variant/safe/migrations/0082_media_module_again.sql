UPDATE assets SET kind = 'Media::' || kind WHERE kind IN ('Picture', 'Clip');
