UPDATE assets SET kind = 'Media::Picture' WHERE kind = 'Picture';
